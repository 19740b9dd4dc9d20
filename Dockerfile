# Leadership Directory: built in one stage, run in another, as a user without rights.
# docker build -t leadership-directory .

FROM rust:1.95-bookworm AS build
WORKDIR /build
# What the binary is made of: the code, and the files embedded in it. rust-toolchain.toml is left out, so that
# the image's own toolchain is used and none is fetched.
COPY Cargo.toml Cargo.lock ./
COPY config config
COPY data data
COPY migrations migrations
COPY openapi openapi
COPY benches benches
COPY src src
RUN cargo build --release --locked

FROM debian:bookworm-slim
RUN groupadd --gid 10001 leadership-directory \
    && useradd --uid 10001 --gid 10001 --no-create-home --home-dir /var/lib/leadership-directory \
        --shell /usr/sbin/nologin leadership-directory \
    && install -d -o 10001 -g 10001 -m 0750 /var/lib/leadership-directory
COPY --from=build /build/target/release/leadership-directory /usr/local/bin/leadership-directory
COPY LICENSE LICENSE-MIT LICENSE-APACHE /usr/share/doc/leadership-directory/
COPY data/LICENSE.md /usr/share/doc/leadership-directory/data/
USER 10001:10001
WORKDIR /var/lib/leadership-directory
VOLUME /var/lib/leadership-directory
# Set LEADERSHIP_DIRECTORY__SERVER__PUBLIC_URL too: links would otherwise begin with http://0.0.0.0:8080.
ENV LEADERSHIP_DIRECTORY__SERVER__LISTEN=0.0.0.0:8080 \
    LEADERSHIP_DIRECTORY__DATABASE__URL=sqlite:///var/lib/leadership-directory/directory.db
EXPOSE 8080
STOPSIGNAL SIGTERM
ENTRYPOINT ["leadership-directory"]
CMD ["serve"]
