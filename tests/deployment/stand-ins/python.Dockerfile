# Stands in for python:3.11-slim-bookworm: Debian's own Python, and how this machine reaches package registries.
FROM guzgu-stand-in/debian
COPY machine /
RUN ln -s /usr/bin/python3 /usr/local/bin/python
