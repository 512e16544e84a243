"""Where everything is."""

from django.urls import path

from articles.views import about

urlpatterns = [path("", about)]
