"""A frame names all scripts that its page needs."""

from analytics.domain.care import Role
from api.dashboard import frames, modules
from tests.support.stage import caller


def test_a_frame_names_each_script_once_that_its_page_imports() -> None:
    text = bytes(frames.frame("panel", caller(Role.DOCTOR, "Singh")).body).decode()
    for path in ("js/base/http.js", "js/words/people.js", "js/panel/row.js"):
        assert text.count(f'<link rel="modulepreload" href="/static/{path}">') == 1
    assert "modulepreload" in text.split("</head>")[0]


def test_every_script_that_is_named_is_there() -> None:
    pages = sorted((modules.STATIC / "js" / "pages").glob("*.js"))
    assert pages
    for page in pages:
        markup = f'<script type="module" src="/static/js/pages/{page.name}"></script>'
        named = modules.preloads(markup)
        assert bool(named) == (' from "../' in page.read_text())
        assert f"js/pages/{page.name}" not in named
        assert all((modules.STATIC / one).is_file() for one in named)
