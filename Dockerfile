# docker build --tag tlschain .
# docker run --rm --read-only --volume "$PWD:/data" tlschain fix example.org -o bundle.pem
#
# Every package is one whose hash stands in requirements.txt. --build-arg EXTRAS=[fleet] adds Dask.
ARG PYTHON=3.13

FROM python:${PYTHON}-slim AS build
ARG EXTRAS=""
WORKDIR /source
COPY requirements.txt pyproject.toml README.md CHANGELOG.md LICENSE ./
COPY shipping shipping
COPY tui_chain tui_chain
SHELL ["/bin/bash", "-o", "pipefail", "-c"]
# what builds the wheel, and what goes into the image, which gets no pip; 25.1 takes no hashes from constraints
RUN python -m venv /build \
    && /build/bin/python -m pip install --no-cache-dir pip==26.3 \
    && sed -nE '/^(hatchling|click)==/,/[^\]$/p' requirements.txt >/build/requirements.txt \
    && /build/bin/python -m pip install --no-cache-dir --require-hashes \
        --constraint requirements.txt --requirement /build/requirements.txt \
    && /build/bin/python -m pip wheel --no-cache-dir --no-deps --no-build-isolation --wheel-dir /build/dist .
RUN wheel=$(echo /build/dist/*.whl) \
    && digest=$(sha256sum "$wheel" | cut -d ' ' -f 1) \
    && echo "tlschain-tui$EXTRAS @ file://$wheel --hash=sha256:$digest" >/build/wheel.txt \
    && python -m venv --without-pip /opt/tlschain \
    && /build/bin/python -m pip --python /opt/tlschain/bin/python install --no-cache-dir --require-hashes \
        --constraint requirements.txt --requirement /build/wheel.txt

FROM python:${PYTHON}-slim
LABEL org.opencontainers.image.title="tlschain" \
    org.opencontainers.image.description="Diagnoses and repairs the certificate chains of TLS servers" \
    org.opencontainers.image.licenses="MIT"
RUN useradd --system --uid 10001 --user-group --no-create-home --home-dir /nonexistent --shell /usr/sbin/nologin tlschain
COPY --from=build /opt/tlschain /opt/tlschain
ENV PATH=/opt/tlschain/bin:$PATH
# a number, so that Kubernetes sees that it is not root; what is read and written is mounted at /data
USER 10001:10001
WORKDIR /data
ENTRYPOINT ["tlschain"]
CMD ["--help"]
