"""What can go wrong while somebody looks for a matter."""

from __future__ import annotations

from backend.core.errors import AppError


class RegionUnknown(AppError):
    code = "matters.region_unknown"
    status = 404
    title = "没有这个地区"


class CatalogueMissing(AppError):
    code = "matters.catalogue_missing"
    status = 503
    title = "事项目录正在加载，请稍后再试"


class PreviewOver(AppError):
    code = "matters.preview_over"
    status = 404
    title = "预览链接已过期，请在工作台重新打开"
