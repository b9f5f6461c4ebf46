"""The only place that speaks to a vendor: each one's wire protocol behind small typed functions.

Nothing here touches the database. Whatever a vendor answers is turned into a typed result or into a
`ProviderError`, whose kind and outcome come from the vendor's code table.
"""
