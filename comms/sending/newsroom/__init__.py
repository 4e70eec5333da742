"""The public face of a brand: pages and feeds for anybody, without a script, a cookie or a third party."""
