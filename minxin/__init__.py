"""minxin (民心): citizens' appeals for a whole city."""

from __future__ import annotations

from flask import Flask

from minxin import background, config, logs
from minxin.config import ROOT, Settings


def create_app(settings: Settings | None = None, *, send: background.Send | None = None) -> Flask:
    """Make the application: one line per thing wired. No connection is opened yet.

    send: what hands a promised job to the queue; without it jobs wait for the sweep.
    """
    from minxin import commands, extensions, web
    from minxin.attachments import scan
    from minxin.attachments.store import Store
    from minxin.documents import signing
    from minxin.notices import channels
    from minxin.privacy import ring
    from minxin.privacy.vault import Vault
    from minxin.tenancy.registry import Registry

    settings = settings or config.from_environment()
    logs.set_up()
    app = Flask(
        "minxin",
        template_folder=str(ROOT / "templates"),
        static_folder=str(ROOT / "static"),
    )
    app.config.from_mapping(web.flask_config(settings))
    extensions.valkey.connect(settings.redis_url)
    pool = extensions.valkey.raw.connection_pool
    app.config["RATELIMIT_STORAGE_OPTIONS"] = {"connection_pool": pool}
    extensions.db.init_app(app)
    extensions.login.init_app(app)
    extensions.htmx.init_app(app)
    extensions.limiter.init_app(app)
    ring.use(Vault.from_secrets(settings.contact_keys))
    channels.use(settings.notice_urls)
    background.send_with(send)
    app.extensions["settings"] = settings
    app.extensions["store"] = Store(settings.files)
    app.extensions["certificate"] = signing.of_settings(settings)
    app.extensions["scan"] = scan.hook(settings.scanner)
    with app.app_context():
        app.extensions["cities"] = Registry(extensions.db.engines["public"])
    web.register(app)
    extensions.csrf.init_app(app)  # after the life of a request: a refusal knows desk and person
    commands.register(app)
    return app
