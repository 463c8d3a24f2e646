# The bot and its site in one container:
#
#   docker build -t tipsbot .
#   docker build -t tipsbot-fleet --build-arg EXTRAS=fleet .   # for many bots on PostgreSQL
#   docker run --stop-timeout 20 -p 127.0.0.1:8140:8140 -v tipsbot:/data \
#       -v "$PWD/tips.yaml:/app/tips.yaml:ro" tipsbot
#
# It needs BuildKit, which is Docker's own since 23, or buildah; with buildah and podman build
# with --format docker, or the health check is left out.
# Secrets come as TIPSBOT_<ACCOUNT>_<FIELD>, or as ..._FILE with the path of a mounted file.
# An editor that replaces the file instead of writing into it leaves a mounted file behind:
# mount the folder that holds it on /app where tips.yaml is edited while the bot runs.

# Any image of Debian or Ubuntu with `python`, 3.11 or newer, and its module venv.
ARG BASE=python:3.13-slim

# The dependencies are a layer of their own, which changes with their lock only. Compiled files
# name their source by its hash and are never checked: a build rounds the times of files.
FROM ${BASE} AS dependencies
# An extra of pyproject.toml, which has a lock of its own.
ARG EXTRAS=
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_ROOT_USER_ACTION=ignore PYTHONDONTWRITEBYTECODE=1
WORKDIR /src
COPY requirements.txt requirements-fleet.txt requirements-build.txt ./
RUN --mount=type=cache,target=/root/.cache/pip \
    python -m venv /opt/build \
    && /opt/build/bin/pip install --no-deps --require-hashes --only-binary :all: \
        -r requirements-build.txt \
    && python -m venv --without-pip /opt/tipsbot \
    && /opt/build/bin/pip --python /opt/tipsbot/bin/python install --no-deps --require-hashes \
        --only-binary :all: --no-compile -r requirements.txt \
        ${EXTRAS:+-r "requirements-${EXTRAS}.txt"} \
    && /opt/build/bin/pip --python /opt/tipsbot/bin/python check \
    && python -m compileall -q --invalidation-mode unchecked-hash /opt/tipsbot/lib

# What is installed beneath /code is the bot alone.
FROM dependencies AS code
COPY pyproject.toml LICENSE ./
COPY bot bot
RUN /opt/build/bin/pip wheel --no-index --no-deps --no-build-isolation --wheel-dir /wheels . \
    && /opt/build/bin/pip --python /opt/tipsbot/bin/python install --no-index --no-deps \
        --no-compile --root /code /wheels/*.whl \
    && PYTHONPATH="$(echo /code/opt/tipsbot/lib/python3.*/site-packages)" \
        /opt/build/bin/pip --python /opt/tipsbot/bin/python check \
    && python -m compileall -q --invalidation-mode unchecked-hash -s /code /code

FROM ${BASE}
LABEL org.opencontainers.image.title="tipsbot" \
      org.opencontainers.image.description="Posts tips on several networks and keeps the discussion that follows." \
      org.opencontainers.image.version="0.1.0" \
      org.opencontainers.image.licenses="MIT"
# What cards are drawn with: fonts of all scripts, and the order of letters from right to left.
# Without versions, since Debian keeps one of each at a time.
# hadolint ignore=DL3008
RUN apt-get update \
    && apt-get install --yes --no-install-recommends \
        fonts-noto-cjk fonts-noto-color-emoji fonts-noto-core libfribidi0 \
    && rm -rf /var/lib/apt/lists/*
# python:3.13-slim comes without compiled files, and a user who is not root could keep none.
RUN test -e "$(python -B -c 'import json; print(json.__cached__)')" \
    || python -m compileall -q --invalidation-mode unchecked-hash \
        -x 'site-packages|ensurepip|idlelib|lib2to3|tkinter' \
        "$(python -B -c 'import sysconfig; print(sysconfig.get_path("stdlib"))')"
# Group 0 may do in /data what the user may, and gets each file there: a cluster that gives the
# container an arbitrary user id gives it this group.
RUN groupadd --gid 10001 tipsbot \
    && useradd --uid 10001 --gid 10001 --no-create-home --home-dir /data \
        --shell /usr/sbin/nologin tipsbot \
    && install --directory --owner=10001 --group=0 --mode=2770 /data
COPY --from=dependencies /opt/tipsbot /opt/tipsbot
WORKDIR /app
COPY tips.yaml ./
COPY --from=code /code /
# SQLite rewrites its database beside it: nothing else need be writable.
ENV PATH="/opt/tipsbot/bin:$PATH" \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    SQLITE_TMPDIR=/data \
    TIPSBOT_BIND=0.0.0.0:8140 \
    TIPSBOT_DATA=/data
# By number, so that a cluster can see that this is not root.
USER 10001:10001
VOLUME /data
EXPOSE 8140
# It asks at the address in TIPSBOT_BIND, and never through a proxy.
HEALTHCHECK --interval=30s --timeout=5s --start-period=30s --retries=3 \
    CMD ["python", "-I", "-m", "bot.health_check"]
ENTRYPOINT ["tipsbot"]
CMD ["run"]
