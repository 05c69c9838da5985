"""Rules about the repository itself, one test a rule."""

import ast
import re
from pathlib import Path

import pytest
from django.apps import apps
from django.contrib.auth import views as auth_views
from django.core.management import call_command
from django.test import Client
from django.urls import URLPattern, get_resolver, reverse

ROOT = Path(__file__).resolve().parent.parent
# Each may name only what stands before it.
APPS = [
    "shared",
    "audit",
    "spreadsheets",
    "members",
    "residence",
    "evaluations",
    "reports",
]
PUBLIC_PAGES = {"login"}
# Django looks for these by itself.
FOUND_BY_NAME = {"400.html", "403.html", "404.html", "500.html"}


def sources() -> list[Path]:
    """Our own Python that runs in production, without migrations."""
    folders = ["party76", "members", "residence", "evaluations", "reports"]
    found = (path for folder in folders for path in (ROOT / folder).rglob("*.py"))
    return sorted(path for path in found if "migrations" not in path.parts)


def templates() -> list[Path]:
    return sorted((ROOT / "templates").rglob("*.html"))


def shown(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def app_of(path: Path) -> str:
    parts = path.relative_to(ROOT).parts
    return parts[1] if parts[0] == "party76" else parts[0]


def parsed(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def calls(tree: ast.AST) -> list[ast.Call]:
    return [node for node in ast.walk(tree) if isinstance(node, ast.Call)]


# Pages


def _patterns(resolver, namespace=""):
    for item in resolver.url_patterns:
        if isinstance(item, URLPattern):
            if item.name:
                yield f"{namespace}{item.name}", item.pattern.converters
        else:
            inner = f"{namespace}{item.namespace}:" if item.namespace else namespace
            yield from _patterns(item, inner)


def named_urls() -> dict[str, str]:
    """URL name → an address of it; numbers stand for what is asked for."""
    samples = {
        "IntConverter": 1,
        "UUIDConverter": "0" * 8 + "-0000" * 3 + "-" + "0" * 12,
    }
    found = {}
    for name, converters in _patterns(get_resolver()):
        values = {
            key: samples.get(type(converter).__name__, "1")
            for key, converter in converters.items()
        }
        found[name] = reverse(name, kwargs=values)
    return found


@pytest.mark.django_db
@pytest.mark.parametrize("method", ["get", "post"])
def test_page_when_nobody_is_logged_in_leads_to_the_login(method):
    open_to_all = set()

    for name, url in named_urls().items():
        response = getattr(Client(), method)(url)
        to_login = response.status_code == 302 and response.url.startswith(
            reverse("login")
        )
        if not to_login:
            open_to_all.add(name)

    assert open_to_all == PUBLIC_PAGES


def test_url_when_it_has_no_name_is_refused():
    def nameless(resolver):
        for item in resolver.url_patterns:
            if not isinstance(item, URLPattern):
                yield from nameless(item)
            elif not item.name:
                yield str(item.pattern)

    assert list(nameless(get_resolver())) == []


# Database


@pytest.mark.django_db
def test_models_when_changed_have_their_migration():
    call_command("makemigrations", check=True, dry_run=True, verbosity=0)


def test_model_names_stand_in_the_glossary():
    glossary = (ROOT / "docs" / "glossary.md").read_text(encoding="utf-8")
    ours = [
        model.__name__
        for config in apps.get_app_configs()
        if config.label in APPS
        for model in config.get_models()
    ]

    assert [name for name in ours if f"`{name}`" not in glossary] == []


# Templates and static files


def test_templates_are_all_used():
    texts = {
        path: path.read_text(encoding="utf-8") for path in [*templates(), *sources()]
    }
    by_django = {
        view.template_name
        for view in vars(auth_views).values()
        if isinstance(getattr(view, "template_name", None), str)
    }

    unused = [
        name
        for path in templates()
        if (name := path.relative_to(ROOT / "templates").as_posix())
        not in FOUND_BY_NAME | by_django
        and not any(
            f'"{name}"' in text for other, text in texts.items() if other != path
        )
    ]

    assert unused == []


def test_post_forms_carry_their_guard():
    form = re.compile(
        r"<form\b(?P<attributes>[^>]*)>(?P<body>.*?)</form>", re.DOTALL | re.IGNORECASE
    )
    guard = re.compile(r"{%\s*(form_guard|csrf_guard|crispy)\b")

    unguarded = [
        shown(path)
        for path in templates()
        for found in form.finditer(path.read_text(encoding="utf-8"))
        if re.search(r"method=[\"']?post", found["attributes"], re.IGNORECASE)
        and not guard.search(found["body"])
    ]

    assert unguarded == []


def test_pages_ask_nothing_of_other_hosts():
    files = [
        *templates(),
        *(ROOT / "static").rglob("*.css"),
        *(ROOT / "static").rglob("*.js"),
    ]
    address = re.compile(r"https?://(?!www\.w3\.org/)")

    assert [
        shown(path) for path in files if address.search(path.read_text("utf-8"))
    ] == []


BORN = re.compile(r"\bsinh\s+\{\{")
HELD_TOGETHER = re.compile(r'<span class="[^"]*\bnowrap">sinh\s+\{\{')
BORN_IN_CODE = re.compile(r"\bsinh (?:\"\s*f\")?\{")


def test_day_of_birth_stays_on_a_line_with_the_word_before_it():
    texts = [path.read_text(encoding="utf-8") for path in templates()]

    said = sum(len(BORN.findall(text)) for text in texts)
    held = sum(len(HELD_TOGETHER.findall(text)) for text in texts)
    in_code = [
        path.name
        for path in sources()
        if BORN_IN_CODE.search(path.read_text(encoding="utf-8"))
    ]
    assert said == held >= 3
    assert in_code == []


# Settings

# PATH is the machine's, and manage.py and wsgi.py set what Django itself reads.
OWN_READING = re.compile(r"\bos\.(environ\b(?!\.setdefault|\.get\(\"PATH\")|getenv)")


def test_environment_variables_are_all_in_the_example():
    readers = {"env", "env_bool", "env_int", "env_list"}
    read = {
        call.args[0].value
        for path in sources()
        for call in calls(parsed(path))
        if isinstance(call.func, ast.Name)
        and call.func.id in readers
        and isinstance(call.args[0], ast.Constant)
    }
    example = (ROOT / ".env.example").read_text(encoding="utf-8")

    assert set(re.findall(r"^([A-Z_]+)=", example, re.MULTILINE)) == read


def test_environment_is_read_in_one_place():
    readers = [
        shown(path)
        for path in sources()
        if re.search(OWN_READING, path.read_text("utf-8"))
    ]

    assert readers == ["party76/shared/environment.py"]


# Writing

# Where rows are written although the module is no service, and why.
WRITERS = {
    "party76/audit/triggers.py": "makes the triggers of the audit",
    "evaluations/triggers.py": "makes the triggers of locked results",
    "party76/shared/middleware.py": "keeps the key of a form beside what the view wrote",
    "party76/shared/versions.py": "the conditional UPDATE that services save through",
    "members/models/accounts.py": "create_user, as Django's own user model has it",
}
WRITING_FOLDERS = ["reports/demo/"]
# QuerySet.update takes keywords only, where dict.update and a digest take a value;
# a row's delete() takes nothing.
WITH_KEYWORDS_ONLY = {"update"}
WITHOUT_ARGUMENTS = {"delete"}
# A workbook is saved to a path, a row to nothing; save(commit=False) only fills it.
WITHOUT_PLACE = {"save"}
ALWAYS = {"bulk_create", "bulk_update", "raw", "extra", "cursor", "RawSQL"}
ON_A_MANAGER = {"create", "get_or_create", "update_or_create"}


def is_service(path: Path) -> bool:
    return path.name == "services.py" or "services" in path.parts


def writes(call: ast.Call) -> bool:
    name = getattr(call.func, "attr", getattr(call.func, "id", ""))
    if name in ALWAYS:
        return True
    if name in WITH_KEYWORDS_ONLY:
        return bool(call.keywords) and not call.args
    if name in WITHOUT_ARGUMENTS:
        return not call.args and not call.keywords
    if name in WITHOUT_PLACE:
        return not call.args and "commit" not in {word.arg for word in call.keywords}
    on_manager = isinstance(call.func, ast.Attribute) and (
        getattr(call.func.value, "attr", "") in {"objects", "_base_manager"}
    )
    return name in ON_A_MANAGER and on_manager


def test_rows_are_written_by_services_alone():
    elsewhere = [
        f"{shown(path)}:{call.lineno}"
        for path in sources()
        if not is_service(path)
        and shown(path) not in WRITERS
        and not shown(path).startswith(tuple(WRITING_FOLDERS))
        for call in calls(parsed(path))
        if writes(call)
    ]

    assert elsewhere == []


def test_writers_named_as_exceptions_still_write():
    unneeded = [
        name
        for name in WRITERS
        if not any(writes(call) for call in calls(parsed(ROOT / name)))
    ]

    assert unneeded == []


# The graph, where an import graph cannot see it


def above(app: str) -> set[str]:
    return set(APPS[APPS.index(app) + 1 :]) if app in APPS else set()


def test_models_of_a_higher_app_are_not_named_by_string():
    upward = [
        f"{shown(path)}:{node.lineno} {node.value}"
        for path in sources()
        for node in ast.walk(parsed(path))
        if isinstance(node, ast.Constant)
        and isinstance(node.value, str)
        and (match := re.fullmatch(r"(\w+)\.\w+(\.\w+)*", node.value))
        and match[1] in above(app_of(path))
    ]

    assert upward == []


def _names_given_from_above(app: str) -> set[str]:
    """Reverse relations that higher apps hang on the models of this one."""
    own_names, given = set(), set()
    for model in apps.get_app_config(app).get_models():
        for field in model._meta.get_fields(include_hidden=False):
            names = {field.name, getattr(field, "get_accessor_name", lambda: "")()}
            is_upward = (
                field.auto_created
                and field.is_relation
                and field.related_model._meta.app_label in above(app)
            )
            (given if is_upward else own_names).update(filter(None, names))
    return given - own_names


@pytest.mark.parametrize("app", ["members", "residence", "evaluations"])
def test_relations_of_a_higher_app_are_not_followed(app):
    names = _names_given_from_above(app)

    upward = []
    for path in sources():
        for node in ast.walk(parsed(path)) if app_of(path) == app else ():
            used = None
            if isinstance(node, ast.Attribute):
                used = node.attr
            elif isinstance(node, ast.keyword) and node.arg:
                used = node.arg.split("__")[0] if "__" in node.arg else None
            elif isinstance(node, ast.Constant) and isinstance(node.value, str):
                used = node.value.split("__")[0] if "__" in node.value else None
            if used in names:
                upward.append(f"{shown(path)}: {used}")

    assert upward == []


def test_imports_stand_at_the_top_of_a_module():
    hidden = [
        f"{shown(path)}:{inner.lineno}"
        for path in sources()
        for node in ast.walk(parsed(path))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        for inner in ast.walk(node)
        if isinstance(inner, ast.Import | ast.ImportFrom)
    ]

    assert hidden == []
