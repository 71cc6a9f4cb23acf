"""The case page: one case with its texts, clocks, life and papers; its print view."""

from __future__ import annotations

from typing import Any

from flask import render_template

from minxin import clock
from minxin.access.permissions import Permission as P
from minxin.cases import audited, veiling
from minxin.extensions import db, htmx
from minxin.web.guards import permitted, the_case
from minxin.web.life import me
from minxin.web.workbench import pages
from minxin.web.workbench.alike import similar
from minxin.web.workbench.case_sheet import TEXTS, sheet, texts


@pages.get("/cases/<number>", endpoint="case")
@permitted(P.CASE_VIEW)
def case_page(number: str) -> Any:
    """The case. htmx asks for the texts alone when a tab is chosen."""
    case = the_case(number)
    if htmx and htmx.target == "case-texts":
        return render_template(
            "workbench/_case_texts.html", texts=texts(case, veiling.veil(case, me()))
        )
    return render_template("workbench/case.html", **sheet(case))


@pages.get("/cases/<number>/print", endpoint="case_print")
@permitted(P.CASE_VIEW)
def printed(number: str) -> Any:
    """Everything of the case on paper: every text, every report, the whole life."""
    case = the_case(number)
    veil = veiling.veil(case, me())
    every = {label: veil(getattr(case, key)) for key, label in TEXTS.items()}
    page = render_template("workbench/case_print.html", every_text=every, **sheet(case))
    audited.note("case.print", case, by=me(), at=clock.now())
    db.session.commit()
    return page


@pages.get("/cases/<number>/similar", endpoint="similar")
@permitted(P.CASE_VIEW)
def similar_cases(number: str) -> Any:
    """Cases of the same contact and of similar words: a part for htmx, a page without it."""
    case = the_case(number)
    found = similar(case)
    if htmx:
        return render_template("workbench/_similar.html", similar=found)
    return render_template("workbench/case.html", **sheet(case, similar=found))
