import DeskbridgeCore

extension FolderStep {
    static let schema = MappingSchema([
        .required(
            "root", "The granted folder it is made in, as an absolute path; ~ is the home folder.", .text("^(/|~/|~$)[^{}]*$"),
            examples: ["~/Projects"]),
        .required("name", "Its name, or its path below the root.", .template, examples: ["{date:yyyyMMdd}_{name|slug}"]),
        .optional(
            "tree", "What lies in it: paths of folders such as shots/sh{1..10:03}, and mappings from a path to a file's text or a list.",
            FolderTreeTemplate.schema, examples: [["assets/{textures,models}", ["README.md": "# {name}\n"]]]),
        .optional(
            "ifExists", "What is done if it is there: reuse adds what it lacks, suffix makes another one with a number behind its name.",
            .word(of: ExistingFolderRule.self), default: "reuse"),
        .optional(
            "mode", "The permissions of the folders it makes, in octal digits between quotes; those of the umask if left out.",
            .text("^[0-3]?7[0-7][0-7]$"), examples: ["0750"]),
    ])
}

extension FolderTreeTemplate {
    static let schema = ValueSchema.recursive("tree") { itself in
        .list(of: .either(.template, .map(of: .either(.template, itself), atLeast: 1)))
    }
}
