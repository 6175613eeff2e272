"""How large a static program may be, in bytes, stripped and with its trust anchors."""

SIZE_LIMITS = {"x86_64": 320 * 1024, "aarch64": 350 * 1024, "armhf": 260 * 1024}
