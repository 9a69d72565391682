# Two images from one recipe:
#   docker build --target cpu  -t warmline:cpu .
#   docker build --target cuda -t warmline:cuda .
# Both install with deploy/install.sh, which CI runs into a plain folder. Weights are not in the image: mount them at
# /opt/warmline/var/models, and a folder for records at /opt/warmline/var (the two folders that config/ names).

ARG PYTHON_IMAGE=python:3.11-slim-bookworm
# CUDA 12 and cuDNN 9 are what ctranslate2 4 loads; Ubuntu 24.04 brings Python 3.12.
ARG CUDA_IMAGE=nvidia/cuda:12.9.1-cudnn-runtime-ubuntu24.04

# --- builders: a compiler for the packages that come as source ---
FROM ${PYTHON_IMAGE} AS cpu-builder
RUN apt-get update && apt-get install -y --no-install-recommends gcc libc6-dev && rm -rf /var/lib/apt/lists/*
WORKDIR /src
COPY . .
RUN deploy/install.sh /opt/warmline

FROM ${CUDA_IMAGE} AS cuda-builder
RUN apt-get update && apt-get install -y --no-install-recommends python3 python3-venv python3-dev gcc libc6-dev \
    && rm -rf /var/lib/apt/lists/*
WORKDIR /src
COPY . .
RUN deploy/install.sh /opt/warmline

# --- images: the same folder, a user without rights, no compiler ---
FROM ${PYTHON_IMAGE} AS cpu
COPY --from=cpu-builder /opt/warmline /opt/warmline
COPY deploy/image.sh /tmp/image.sh
RUN sh /tmp/image.sh
ENV PATH=/opt/warmline/venv/bin:$PATH HF_HUB_OFFLINE=1 PYTHONUNBUFFERED=1 \
    WARMLINE_CONFIG=/opt/warmline/config
WORKDIR /opt/warmline
USER warmline
EXPOSE 8080
VOLUME ["/opt/warmline/var", "/opt/warmline/var/models"]
HEALTHCHECK --interval=15s --timeout=3s --start-period=60s \
    CMD ["python", "-c", "import urllib.request as u; u.urlopen('http://127.0.0.1:8080/healthz', timeout=2)"]
# On SIGTERM calls in progress may end (service.drain_seconds): stop with as long a grace period.
CMD ["warmline", "serve", "--host", "0.0.0.0", "--port", "8080"]

FROM ${CUDA_IMAGE} AS cuda
RUN apt-get update && apt-get install -y --no-install-recommends python3 && rm -rf /var/lib/apt/lists/*
COPY --from=cuda-builder /opt/warmline /opt/warmline
COPY deploy/image.sh /tmp/image.sh
RUN sh /tmp/image.sh
ENV PATH=/opt/warmline/venv/bin:$PATH HF_HUB_OFFLINE=1 PYTHONUNBUFFERED=1 \
    WARMLINE_CONFIG=/opt/warmline/config
WORKDIR /opt/warmline
USER warmline
EXPOSE 8080
VOLUME ["/opt/warmline/var", "/opt/warmline/var/models"]
HEALTHCHECK --interval=15s --timeout=3s --start-period=60s \
    CMD ["python", "-c", "import urllib.request as u; u.urlopen('http://127.0.0.1:8080/healthz', timeout=2)"]
CMD ["warmline", "serve", "--host", "0.0.0.0", "--port", "8080"]
