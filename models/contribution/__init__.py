"""What support's conversations kept and grew: an estimate with its interval and caveats, or a refusal with a reason."""
