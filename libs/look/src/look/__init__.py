"""The look of all pages: style sheet, marks, page parts, texts and the theme of charts."""
