/// Tokens that are desk sessions: the console in a browser, with the rights of the person at the desk.
enum M002_DeskSessions {
    static let sql = """
        ALTER TABLE tokens ADD COLUMN is_desk INTEGER NOT NULL DEFAULT 0 CHECK (is_desk IN (0, 1));
        """
}
