"""PostgreSQL, where TIPSBOT_DATABASE_URL names one; its driver is loaded only then."""
