"""Oversight: the city's tenants side by side, /city/…"""

from __future__ import annotations

from flask import Blueprint

pages = Blueprint("oversight", __name__, url_prefix="/city")

from minxin.web.oversight import board, majors  # noqa: E402,F401
