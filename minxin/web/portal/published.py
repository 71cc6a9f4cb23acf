"""办理公开: published cases, their feed and the map of the site."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from urllib.parse import urlencode
from xml.etree import ElementTree

from flask import Response, abort, g, render_template, request, url_for
from sqlalchemy import select

from minxin import clock
from minxin.cases import published
from minxin.cases.published import Wanted
from minxin.clock import local
from minxin.extensions import db
from minxin.tenancy.models import Tenant
from minxin.web.guards import everyone
from minxin.web.portal import pages

STATES = {"done": "已办结", "doing": "办理中"}
MONTHS_BACK = 12


@pages.get("/published", endpoint="published")
@everyone
def published_list() -> str:
    """The list, narrowed by what the address says; what it does not understand narrows nothing."""
    args = request.args
    districts = _districts()
    months = months_before(local(clock.now()).date())
    known = {slug: tenant_id for tenant_id, slug, _ in districts}
    wanted = Wanted(
        words=args.get("words", ""),
        district=known.get(args.get("district", "")),
        category=args.get("category", "")[:40],
        done={"done": True, "doing": False}.get(args.get("state", "")),
        month=months.get(args.get("month", "")),
    )
    rows, after = published.page(wanted, _key(args.get("after", "")))
    kept = {name: value for name, value in args.items() if name != "after" and value}
    more = None
    if after is not None:
        key = f"{after[0].isoformat()},{after[1]}"
        more = f"{url_for('portal.published')}?{urlencode({**kept, 'after': key})}"
    return render_template(
        "portal/published.html",
        rows=rows,
        more=more,
        wanted=wanted,
        narrowed=bool(kept),
        districts=districts,
        states=STATES,
        months=list(months),
        args=args,
        longest=published.LONGEST_QUERY,
    )


@pages.get("/published/<int:publication_id>", endpoint="publication")
@everyone
def publication(publication_id: int) -> str:
    """One case: what was asked, what came of it, and its dated course."""
    found = published.one(publication_id)
    if found is None:
        abort(404)
    steps = [{**step, "on": date.fromisoformat(step["on"])} for step in found.course]
    return render_template("portal/publication.html", found=found, steps=steps)


@pages.get("/feed.xml")
@everyone
def feed() -> Response:
    """RSS 2.0 of what was published last."""
    rss = ElementTree.Element("rss", version="2.0")
    channel = ElementTree.SubElement(rss, "channel")
    _add(channel, title=f"{g.city.name}民心网 办理公开", link=_outside("portal.published"),
         description="公开的诉求和办理结果", language="zh-cn")  # fmt: skip
    for row in published.newest():
        here = _outside("portal.publication", publication_id=row.id)
        item = ElementTree.SubElement(channel, "item")
        _add(item, title=row.title, link=here, guid=here, category=row.district,
             description=row.text[:200],
             pubDate=row.published_at.strftime("%a, %d %b %Y %H:%M:%S +0000"))  # fmt: skip
    return _xml(rss)


@pages.get("/sitemap.xml")
@everyone
def sitemap() -> Response:
    """The public pages, for search engines (sitemaps.org 0.9)."""
    urls = ElementTree.Element("urlset", xmlns="http://www.sitemaps.org/schemas/sitemap/0.9")
    for name in ("front", "new", "published", "consultations", "results", "notice"):
        _add(ElementTree.SubElement(urls, "url"), loc=_outside(f"portal.{name}"))
    for row in published.addresses():
        here = _outside("portal.publication", publication_id=row.id)
        _add(ElementTree.SubElement(urls, "url"), loc=here, lastmod=row.updated_at.isoformat())
    return _xml(urls)


def _add(element: ElementTree.Element, **children: str) -> None:
    for name, text in children.items():
        ElementTree.SubElement(element, name).text = text


def _xml(root: ElementTree.Element) -> Response:
    content = ElementTree.tostring(root, encoding="utf-8", xml_declaration=True)
    return Response(content, mimetype="application/xml")


def _outside(endpoint: str, **values: Any) -> str:
    return url_for(endpoint, _external=True, **values)


def _districts() -> list[tuple[int, str, str]]:
    query = select(Tenant.id, Tenant.slug, Tenant.name).where(Tenant.active)
    rows = db.session.execute(query.order_by(Tenant.rank, Tenant.id)).tuples()
    return list(rows)


def months_before(today: date) -> dict[str, date]:
    """2026-11 → its first day, for this month and those before it."""
    found: dict[str, date] = {}
    month = today.replace(day=1)
    for _ in range(MONTHS_BACK):
        found[f"{month:%Y-%m}"] = month
        month = (month.replace(year=month.year - 1, month=12) if month.month == 1
                 else month.replace(month=month.month - 1))  # fmt: skip
    return found


def _key(text: str) -> tuple[datetime, int] | None:
    at, _, row_id = text.partition(",")
    try:
        instant, number = datetime.fromisoformat(at), int(row_id)
    except ValueError:
        return None
    return (instant, number) if instant.tzinfo is not None and 0 <= number < 2**63 else None
