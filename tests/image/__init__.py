"""The container image, built and tried: `make image`.

    __main__    builds it, tries every promise, and removes what it made
    promises    what the image promises, one function each
    docker      building and running with docker
    buildah     building with buildah, and running in namespaces of the kernel
    debian      an image to build on, where the Dockerfile's own cannot be had
    engine      what the two engines have in common

It needs docker with an engine, or buildah and root. Nothing is mocked: the bot is the first process
(PID 1) of its container, on a read-only root file system, without any capability, and its site is on
a free port of 127.0.0.1.
"""
