FROM python:3.11.14-slim-bookworm

# Pango and the subsetter for WeasyPrint; the letter's fonts (IPAmj明朝 holds the variants of names); pg_dump of the server's version.
RUN apt-get update \
    && apt-get install -y --no-install-recommends libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0 fontconfig \
        fonts-morisawa-bizud-gothic fonts-ipamj-mincho fonts-dejavu-core \
        postgresql-common ca-certificates \
    && /usr/share/postgresql-common/pgdg/apt.postgresql.org.sh -y \
    && apt-get install -y --no-install-recommends postgresql-client-18 \
    && rm -rf /var/lib/apt/lists/*

WORKDIR /app
COPY requirements.txt .
RUN pip install --no-cache-dir --require-hashes --no-deps -r requirements.txt

COPY . .
# The disk is read-only in a container: caches (fonts, Python's) lie in /tmp, which is emptied with it.
ENV PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 HOME=/tmp XDG_CACHE_HOME=/tmp/cache \
    DJANGO_SETTINGS_MODULE=toyota_collect.settings TC_STATE=/var/lib/toyota-collect
# Static files belong to the image, not to the volume with the city's files; the key is for this step only.
RUN groupadd --system --gid 10001 collect \
    && useradd --system --uid 10001 --gid collect --no-create-home collect \
    && mkdir -p /var/lib/toyota-collect /srv/static \
    && SECRET_KEY=build-step-only STATIC_ROOT=/srv/static python manage.py collectstatic --noinput -v0 \
    && python -m compileall -q /app \
    && chown collect:collect /var/lib/toyota-collect && chmod 700 /var/lib/toyota-collect
ENV STATIC_ROOT=/srv/static
USER 10001
EXPOSE 8000
CMD ["gunicorn", "toyota_collect.wsgi:application", "--bind", "0.0.0.0:8000", "--config", "python:toyota_collect.web_server"]
