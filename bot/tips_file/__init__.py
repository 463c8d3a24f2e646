"""What we read: tips.yaml (`tips`), its JSON Schema (`schema`), its changes (`watch`), secrets."""
