/// What tells one ledger from another: the numbers of confirmations begin anew in each.
enum M006_Identity {
    static let sql = """
        CREATE TABLE identity (
            id TEXT NOT NULL CHECK (length(id) = 32)
        ) STRICT;
        INSERT INTO identity VALUES (lower(hex(randomblob(16))));
        """
}
