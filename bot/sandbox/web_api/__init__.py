"""The Web API: who may call what, and what each method does."""
