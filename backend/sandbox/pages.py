"""The few pages that people see: plain, readable, in Chinese."""

from __future__ import annotations

from html import escape

from sanic import HTTPResponse

_STYLE = """
body{font:18px/1.7 system-ui,"PingFang SC","Microsoft YaHei",sans-serif;max-width:46rem;margin:0 auto;
padding:1rem;color:#1b1f24;background:#fff}
h1{font-size:1.5rem}h2{font-size:1.2rem;margin-top:2rem}
button{font:inherit;padding:.7rem 1.4rem;min-height:48px;border:0;border-radius:8px;background:#0b5bd3;
color:#fff;margin:.25rem .5rem .25rem 0}
button.quiet{background:#e6eaf0;color:#1b1f24}
table{border-collapse:collapse;width:100%}td,th{border-bottom:1px solid #d5dae1;padding:.4rem;text-align:left}
code{background:#eef1f5;padding:.1rem .3rem;border-radius:4px;word-break:break-all}
.mark{background:#fff4ce;border:1px solid #e3c65b;border-radius:8px;padding:.5rem 1rem}
"""


def page(title: str, body: str, *, status: int = 200) -> HTTPResponse:
    """A whole page. `title` is text; `body` is HTML whose texts were escaped by the caller."""
    html = (
        '<!doctype html><html lang="zh-CN"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width,initial-scale=1">'
        f"<title>{escape(title)}</title><style>{_STYLE}</style></head><body>"
        f'<h1>{escape(title)}</h1><p class="mark">模拟环境：这里的人、证件号和数据都是编造的。</p>{body}'
        "</body></html>"
    )
    return HTTPResponse(html, status=status, content_type="text/html; charset=utf-8")
