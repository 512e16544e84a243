"""Django's settings; whatever differs between deploys comes from the environment."""

from config.env import Environment
from setpoint import load

ENV = load(Environment)

SECRET_KEY = ENV.DJANGO_SECRET_KEY.get_secret_value()
DEBUG = ENV.DJANGO_DEBUG
ALLOWED_HOSTS = ENV.DJANGO_ALLOWED_HOSTS
ADMINS = ENV.DJANGO_ADMINS
TIME_ZONE = ENV.DJANGO_TIME_ZONE
USE_TZ = True

INSTALLED_APPS = ["django.contrib.contenttypes", "articles"]
MIDDLEWARE = ["django.middleware.common.CommonMiddleware"]
ROOT_URLCONF = "config.urls"

DATABASES = {
    "default": {
        "ENGINE": ENV.DB_ENGINE.value,
        "NAME": ENV.DB_NAME,
        "PASSWORD": ENV.DB_PASSWORD.get_secret_value() if ENV.DB_PASSWORD else "",
        "CONN_MAX_AGE": ENV.CONN_MAX_AGE,
    }
}
NEWSLETTER = {
    "password": ENV.EMAIL_PASSWORD.get_secret_value() if ENV.EMAIL_PASSWORD else "",
    "use_tls": ENV.EMAIL_USE_TLS,
    "use_ssl": ENV.EMAIL_USE_SSL,
}
