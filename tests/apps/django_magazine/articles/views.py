"""What readers see."""

from django.conf import settings
from django.http import HttpRequest, JsonResponse


def about(_request: HttpRequest) -> JsonResponse:
    return JsonResponse({"time_zone": settings.TIME_ZONE, "engine": settings.DATABASES["default"]["ENGINE"]})
