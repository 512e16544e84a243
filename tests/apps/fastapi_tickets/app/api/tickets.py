"""What the tickets are."""

from fastapi import APIRouter

from app.core.config import settings

router = APIRouter(prefix=settings.API_V1_STR)


@router.get("/about")
async def about() -> dict[str, object]:
    return {
        "project": settings.PROJECT_NAME,
        "origins": settings.BACKEND_CORS_ORIGINS,
        "database": f"{settings.SQLALCHEMY_DATABASE_URI.hosts()[0]['host']}",
    }
