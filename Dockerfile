# The binary of `make dist` in a small image. Build it first: the image compiles nothing.
#   make dist && docker build -t rapport .
FROM debian:bookworm-slim
# No versions: they are those of the release, with its security updates.
# hadolint ignore=DL3008
RUN apt-get update \
  && apt-get install -y --no-install-recommends ca-certificates postgresql-client \
  && rm -rf /var/lib/apt/lists/* \
  && useradd --uid 10001 --no-log-init --shell /usr/sbin/nologin --home-dir /var/lib/rapport --create-home rapport
COPY target/dist/rapport /usr/bin/rapport
# By number, which a host that refuses root can check.
USER 10001
WORKDIR /var/lib/rapport
ENV RAPPORT_ADDR=0.0.0.0:3000 RAPPORT_FILES=/var/lib/rapport/files
VOLUME /var/lib/rapport
EXPOSE 3000
HEALTHCHECK --interval=30s --timeout=5s --start-period=30s \
  CMD ["bash", "-c", "exec 3<>/dev/tcp/127.0.0.1/3000 && printf 'GET /readyz HTTP/1.0\\r\\n\\r\\n' >&3 && grep -q ' 200 ' <&3"]
ENTRYPOINT ["rapport"]
CMD ["serve"]
