# A stand-in for the part of OpenWrt's package.mk that our recipe uses: `all` makes the package's
# tree in STAGE, `info` prints what menus and indexes are told.
PKG_BUILD_DIR:=$(BUILD_DIR)/$(PKG_NAME)-$(PKG_VERSION)

define BuildPackage
$(eval $(Package/$(1)))
.PHONY: all info
all:
	$(Build/Prepare)
	$(Build/Configure)
	$(Build/Compile)
	$(call Package/$(1)/install,$(STAGE))
info:
	@echo '$(PKG_NAME) $(PKG_VERSION)-$(PKG_RELEASE) $(PKG_LICENSE)'
	@echo '$(SECTION)/$(CATEGORY): $(TITLE)'
	@echo 'user $(USERID), for $(DEPENDS)'
	@echo 'conffiles $(strip $(Package/$(1)/conffiles))'
endef
