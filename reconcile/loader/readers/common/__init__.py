"""What several kinds of file share: columns as they grow, where cells stand, what numbers say."""
