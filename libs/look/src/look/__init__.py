"""One style sheet, page macros, texts and chart theme for all pages."""
