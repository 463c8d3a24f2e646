# The bot and its site in one container:
#
#   docker build -t tipsbot .
#   docker run -p 127.0.0.1:8140:8140 -v tipsbot:/data -v "$PWD/tips.yaml:/app/tips.yaml:ro" tipsbot
#
# Secrets come as TIPSBOT_<ACCOUNT>_<FIELD>, or as ..._FILE with the path of a mounted file.
# An editor that replaces the file instead of writing into it leaves a mounted file behind:
# mount the folder that holds it on /app where tips.yaml is edited while the bot runs.

FROM python:3.13-slim AS build
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1 PIP_ROOT_USER_ACTION=ignore
WORKDIR /src
COPY requirements.txt requirements-build.txt ./
RUN python -m venv --without-pip /opt/tipsbot \
    && pip --python /opt/tipsbot/bin/python install --require-hashes --only-binary :all: \
        -r requirements.txt \
    && pip install --require-hashes --only-binary :all: -r requirements-build.txt
COPY pyproject.toml LICENSE ./
COPY bot bot
RUN pip wheel --no-index --no-deps --no-build-isolation --wheel-dir /wheels . \
    && pip --python /opt/tipsbot/bin/python install --no-index --no-deps /wheels/*.whl

FROM python:3.13-slim
LABEL org.opencontainers.image.title="tipsbot" \
      org.opencontainers.image.description="Posts tips on several networks and keeps the discussion that follows." \
      org.opencontainers.image.version="0.1.0" \
      org.opencontainers.image.licenses="MIT"
RUN groupadd --gid 10001 tipsbot \
    && useradd --uid 10001 --gid 10001 --no-create-home --home-dir /data \
        --shell /usr/sbin/nologin tipsbot \
    && install --directory --owner=10001 --group=10001 --mode=0700 /data
COPY --from=build /opt/tipsbot /opt/tipsbot
WORKDIR /app
COPY tips.yaml ./
ENV PATH="/opt/tipsbot/bin:$PATH" \
    PYTHONUNBUFFERED=1 \
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
