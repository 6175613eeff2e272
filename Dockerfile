# The image that tools/image makes without a container engine, for those who have one:
#
#   docker buildx build --platform linux/amd64,linux/arm64,linux/arm/v7 --tag connsync .
#
# The program is built on this machine's own processor, for the one that is asked for.
FROM --platform=$BUILDPLATFORM debian:12-slim AS build
WORKDIR /connsync
COPY . .
RUN tools/setup --static
ARG TARGETARCH
ARG SOURCE_DATE_EPOCH
RUN tools/build-static "$TARGETARCH" /connsync/program

FROM scratch
COPY --from=build /connsync/program /connsync
USER 65532:65532
WORKDIR /
ENTRYPOINT ["/connsync"]
CMD ["--help"]
LABEL org.opencontainers.image.title="connsync" \
      org.opencontainers.image.description="Changes one setting of an Auth0 connection and proves that nothing else changed" \
      org.opencontainers.image.version="0.1.0" \
      org.opencontainers.image.licenses="Apache-2.0"
