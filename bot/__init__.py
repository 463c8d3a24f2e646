"""tipsbot: posts tips on several networks and keeps the discussion that follows."""
