"""The application: `uvicorn app.main:app`."""

from fastapi import FastAPI
from starlette.middleware.cors import CORSMiddleware

from app.api import tickets
from app.core.config import settings

app = FastAPI(title=settings.PROJECT_NAME, openapi_url=f"{settings.API_V1_STR}/openapi.json")
app.add_middleware(CORSMiddleware, allow_origins=settings.BACKEND_CORS_ORIGINS, allow_methods=["*"])
app.include_router(tickets.router)
