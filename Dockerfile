# Elasticsearch with the plugin: ./matryoshka release, then docker build -t elasticsearch-matryoshka .
# Never built where this was written: no image could be fetched there. The installer was run on Elasticsearch's own zip.
ARG ELASTICSEARCH=9.5.4
FROM docker.elastic.co/elasticsearch/elasticsearch:${ELASTICSEARCH}
ARG ELASTICSEARCH
RUN --mount=type=bind,source=target/release,target=/release \
  bin/elasticsearch-plugin install --batch "file://$(ls /release/matryoshka-*-es${ELASTICSEARCH}.zip)"
