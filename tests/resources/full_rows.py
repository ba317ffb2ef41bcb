"""One full row of every type."""

from __future__ import annotations

from full_gateway_rows import GATEWAY_ROWS
from full_service_rows import SERVICE_ROWS
from full_vnet_rows import VNET_ROWS

FULL = (*GATEWAY_ROWS, *SERVICE_ROWS, *VNET_ROWS)
FULL_ROWS = {full.id: full.properties for full in FULL}
