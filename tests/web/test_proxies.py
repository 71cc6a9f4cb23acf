"""Whose address is counted, behind a reverse proxy and without one."""

import pytest
from flask import Flask, request

from minxin.web import behind


@pytest.mark.parametrize(
    ("proxies", "address"), [(0, "127.0.0.1"), (1, "192.0.2.9"), (2, "192.0.2.8")]
)
def test_addresses_are_taken_from_as_many_proxies_as_are_set(proxies, address):
    app = Flask(__name__)
    app.add_url_rule("/", view_func=lambda: request.remote_addr or "")
    behind(app, proxies)
    forwarded = {"X-Forwarded-For": "192.0.2.7, 192.0.2.8, 192.0.2.9"}
    assert app.test_client().get("/", headers=forwarded).text == address
