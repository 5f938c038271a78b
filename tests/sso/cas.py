"""A real CAS server (django-cas-server) with one student. Use: cas.py FOLDER; prints its port.

Its user is « test », password « test »; attributes as universities send them.
"""
import socketserver
import sys
from pathlib import Path
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

import django
from django.conf import settings
from django.core.management import call_command

dossier = Path(sys.argv[1])
settings.configure(
    SECRET_KEY="essai", DEBUG=False, ALLOWED_HOSTS=["*"], ROOT_URLCONF=__name__, USE_TZ=True,
    DEFAULT_AUTO_FIELD="django.db.models.AutoField", STATIC_URL="/static/", LANGUAGE_CODE="en",
    INSTALLED_APPS=["django.contrib.auth", "django.contrib.contenttypes", "django.contrib.sessions",
                    "django.contrib.messages", "django.contrib.staticfiles", "cas_server"],
    MIDDLEWARE=["django.contrib.sessions.middleware.SessionMiddleware",
                "django.middleware.locale.LocaleMiddleware",
                "django.middleware.common.CommonMiddleware", "django.middleware.csrf.CsrfViewMiddleware",
                "django.contrib.auth.middleware.AuthenticationMiddleware",
                "django.contrib.messages.middleware.MessageMiddleware"],
    TEMPLATES=[{"BACKEND": "django.template.backends.django.DjangoTemplates", "APP_DIRS": True,
                "OPTIONS": {"context_processors": ["django.template.context_processors.request",
                                                   "django.contrib.auth.context_processors.auth",
                                                   "django.contrib.messages.context_processors.messages"]}}],
    DATABASES={"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": str(dossier / "cas.sqlite")}},
    CAS_AUTH_CLASS="cas_server.auth.TestAuthUser", CAS_NEW_VERSION_HTML_WARNING=False,
    CAS_NEW_VERSION_EMAIL_WARNING=False, CAS_ENABLE_AJAX_AUTH=False,
    CAS_TEST_USER="test", CAS_TEST_PASSWORD="test",
    CAS_TEST_ATTRIBUTES={"sn": "Lefèvre", "givenName": "Zoé", "mail": "zoe.lefevre@etu.example"},
)
django.setup()

from django.urls import include, re_path  # noqa: E402

urlpatterns = [re_path(r"^cas/", include("cas_server.urls", namespace="cas_server"))]
call_command("migrate", verbosity=0)

from cas_server.models import ReplaceAttributName, ServicePattern  # noqa: E402

service = ServicePattern.objects.create(pos=1, name="tout", pattern=r"^http://.*", single_log_out=True)
ReplaceAttributName.objects.create(name="*", service_pattern=service)

from django.core.wsgi import get_wsgi_application  # noqa: E402


class Serveur(socketserver.ThreadingMixIn, WSGIServer):
    daemon_threads = True


class Muet(WSGIRequestHandler):
    def log_message(self, *_):
        pass


serveur = make_server("127.0.0.1", 0, get_wsgi_application(), Serveur, Muet)
print(serveur.server_port, flush=True)
serveur.serve_forever()
