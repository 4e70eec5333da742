"""How approved texts leave: accounts, channels, deliveries, the newsroom, and taking back."""
