SMSC_LOGIN = "shop"
SMSC_PASSWORD = "QzXconfig"
SHOP = "Лавка"
