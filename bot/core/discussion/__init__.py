"""The rules of the discussion: budgets, policies, pseudonyms, opt-outs, trees of replies."""
