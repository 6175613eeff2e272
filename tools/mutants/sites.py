"""Puts the mutants of a C file into it: at each site the text becomes an expression that is the original,
or one small step away from it, by a number that is read when the program starts.

The syntax tree is clang's. What has to be constant when compiled is left alone: labels, initialisers of
static data, sizes of arrays, designators, sizeof; so is what a macro's arguments make, and what is in
headers. A loop is not made endless on purpose: its condition is denied or false.
"""

import collections
import re

from clang import cindex

Kind = cindex.CursorKind
Mutant = collections.namedtuple("Mutant", "number file function kind text ordinal start end after")
BOUNDARY = {"<": "<=", "<=": "<", ">": ">=", ">=": ">"}
DENIED = {"<": ">=", "<=": ">", ">": "<=", ">=": "<", "==": "!=", "!=": "=="}
OTHER = {"+": "-", "-": "+", "*": "/", "/": "*", "%": "*", "&": "|", "|": "&", "^": "&", "<<": ">>",
         ">>": "<<"}
WIPES = {"cs_wipe", "memset", "mbedtls_platform_zeroize"}
EXPRESSIONS = (Kind.CALL_EXPR, Kind.BINARY_OPERATOR, Kind.COMPOUND_ASSIGNMENT_OPERATOR, Kind.UNARY_OPERATOR,
               Kind.CSTYLE_CAST_EXPR)
UNEVALUATED = (Kind.CXX_UNARY_EXPR, Kind.STRING_LITERAL, Kind.TYPE_REF, Kind.ASM_STMT)
INTEGERS = (cindex.TypeKind.BOOL, cindex.TypeKind.CHAR_U, cindex.TypeKind.UCHAR, cindex.TypeKind.USHORT,
            cindex.TypeKind.UINT, cindex.TypeKind.ULONG, cindex.TypeKind.ULONGLONG, cindex.TypeKind.CHAR_S,
            cindex.TypeKind.SCHAR, cindex.TypeKind.SHORT, cindex.TypeKind.INT, cindex.TypeKind.LONG,
            cindex.TypeKind.LONGLONG, cindex.TypeKind.ENUM)
ZEROS_AND_ONES = ("0", "0u", "0U", "1", "1u", "1U", "'\\0'", "NULL")
COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)


def is_integer(node):
    return node.type.get_canonical().kind in INTEGERS


def is_pointer(node):
    return node.type.get_canonical().kind in (cindex.TypeKind.POINTER, cindex.TypeKind.CONSTANTARRAY,
                                              cindex.TypeKind.INCOMPLETEARRAY)


class File:
    """One file: its text, its tree, and the mutants that were put in, numbered from `first` on."""

    def __init__(self, path, name, arguments, first):
        self.name = name
        self.first = first
        self.bytes = path.read_bytes()
        self.unit = cindex.Index.create().parse(
            str(path), args=arguments,
            options=cindex.TranslationUnit.PARSE_DETAILED_PROCESSING_RECORD)
        errors = [d for d in self.unit.diagnostics if d.severity >= cindex.Diagnostic.Error]
        if errors:
            raise SystemExit(f"{name}: {errors[0]}")
        self.macros = set()
        self.calls = []
        self.mutants = []
        self.seen = collections.Counter()
        self.function = None
        self.result = None
        self.path = str(path)
        self.read_macros()

    def read_macros(self):
        for node in self.unit.cursor.get_children():
            if node.kind == Kind.MACRO_INSTANTIATION and self.is_here(node):
                start, end = self.span(node)
                self.macros.add((start, end))
                if b"(" in self.bytes[start:end]:
                    self.calls.append((start, end))

    def is_here(self, node):
        file = node.extent.start.file
        return file is not None and file.name == self.path

    @staticmethod
    def span(node):
        return node.extent.start.offset, node.extent.end.offset

    def text(self, start, end):
        return self.bytes[start:end].decode()

    def add(self, kind, span, after):
        """The number of a mutant that makes of the text in the span `after`."""
        text = " ".join(COMMENT.sub(" ", self.text(*span)).split())
        key = (self.function, kind, text)
        number = self.first + len(self.mutants)
        self.mutants.append(Mutant(number, self.name, self.function, kind, text, self.seen[key], *span, after))
        self.seen[key] += 1
        return number

    # ---- Whole files, functions, statements ----

    def render(self):
        """The file with all of its mutants."""
        pieces = []
        at = 0
        for node in self.unit.cursor.get_children():
            if node.kind != Kind.FUNCTION_DECL or not node.is_definition() or not self.is_here(node):
                continue
            body = [child for child in node.get_children() if child.kind == Kind.COMPOUND_STMT]
            if not body or self.span(body[0])[0] < at or self.in_call(*self.span(body[0])):
                continue
            self.function = node.spelling
            self.result = node.result_type.get_canonical()
            start, end = self.span(body[0])
            pieces += [self.text(at, start), self.statement(body[0])]
            at = end
        pieces.append(self.text(at, len(self.bytes)))
        return '#include "core/base/mutant.h"\n' + "".join(pieces)

    def in_call(self, start, end):
        return any(first <= start and end <= last for first, last in self.calls)

    def usable(self, node, low, high):
        start, end = self.span(node)
        return self.is_here(node) and low <= start < end <= high

    def filled(self, start, end, rendered):
        """The text from start to end, with pieces of it (start, end, text) in place of what was there."""
        pieces = []
        at = start
        for first, last, text in sorted(rendered):
            if first < at:
                continue
            pieces += [self.text(at, first), text]
            at = last
        pieces.append(self.text(at, end))
        return "".join(pieces)

    def children(self, node):
        start, end = self.span(node)
        return [child for child in node.get_children() if self.usable(child, start, end)]

    def each(self, node, render, children=None):
        rendered = [(*self.span(child), render(child))
                    for child in (self.children(node) if children is None else children)]
        return self.filled(*self.span(node), rendered)

    def statement(self, node):
        kind = node.kind
        if self.in_call(*self.span(node)):
            return self.text(*self.span(node))
        if kind in (Kind.COMPOUND_STMT, Kind.LABEL_STMT):
            return self.each(node, self.statement)
        if kind in (Kind.CASE_STMT, Kind.DEFAULT_STMT):
            return self.each(node, self.statement, self.children(node)[-1:])
        if kind == Kind.RETURN_STMT:
            return self.returning(node)
        if kind in (Kind.BREAK_STMT, Kind.CONTINUE_STMT):
            return self.deleted(node, "delete jump", self.text(*self.span(node)))
        if kind == Kind.DECL_STMT:
            return self.declaration(node)
        if kind in (Kind.IF_STMT, Kind.WHILE_STMT, Kind.DO_STMT, Kind.FOR_STMT, Kind.SWITCH_STMT):
            return self.branch(node)
        if kind in EXPRESSIONS:
            return self.deleted(node, self.deletion(node), self.expression(node))
        return self.expression(node)

    def deletion(self, node):
        inner = node
        while inner.kind == Kind.CSTYLE_CAST_EXPR:
            inner = list(inner.get_children())[-1]
        if inner.kind == Kind.CALL_EXPR or inner.kind == Kind.UNEXPOSED_EXPR:
            return "delete wipe" if inner.spelling in WIPES else "delete call"
        return "delete assignment"

    def deleted(self, node, kind, text):
        number = self.add(kind, self.span(node), "")
        return f"if (!cs_at({number})) {text}"

    def returning(self, node):
        span = self.span(node)
        values = self.children(node)
        if not values:
            return self.deleted(node, "delete jump", self.text(*span))
        value = self.expression(values[0])
        inside = self.span(values[0])
        plain = self.text(*inside)
        if inside not in self.macros and plain not in ("0", "CONNSYNC_OK"):
            if self.result.kind == cindex.TypeKind.BOOL:
                number = self.add("deny result", inside, f"!({plain})")
                value = f"cs_condition({value}, {number}, 0, 0)"
            elif self.result.kind in INTEGERS:
                value = f"(cs_at({self.add('result 0', inside, '0')}) ? 0 : ({value}))"
            elif self.result.kind == cindex.TypeKind.POINTER:
                value = f"(cs_at({self.add('result 0', inside, 'NULL')}) ? NULL : ({value}))"
        return self.filled(*span, [(*inside, value)])

    def declaration(self, node):
        rendered = []
        for variable in node.get_children():
            if variable.kind != Kind.VAR_DECL or variable.storage_class == cindex.StorageClass.STATIC:
                continue
            name = variable.location.offset
            values = [child for child in variable.get_children()
                      if child.kind.is_expression() and self.is_here(child) and
                      b"=" in self.bytes[name:self.span(child)[0]]]
            if values:
                rendered.append((*self.span(values[-1]), self.expression(values[-1])))
        return self.filled(*self.span(node), rendered)

    def branch(self, node):
        """A statement with a condition: that is its first child, but for those of `do` and `for`."""
        children = self.children(node)
        condition = children[0]
        if node.kind == Kind.DO_STMT:
            condition = children[-1]
        elif node.kind == Kind.FOR_STMT:
            condition = self.condition_of_for(node, children)
        rendered = []
        for child in children:
            if condition is not None and child == condition and node.kind != Kind.SWITCH_STMT:
                text = self.condition(child, node.kind == Kind.IF_STMT, len(children) > 2)
            elif child.kind.is_statement():
                text = self.statement(child)
            else:
                text = self.expression(child)
            rendered.append((*self.span(child), text))
        return self.filled(*self.span(node), rendered)

    def condition_of_for(self, node, children):
        depth = 0
        ends = []
        for token in node.get_tokens():
            depth += {"(": 1, ")": -1}.get(token.spelling, 0)
            if token.spelling == ";" and depth == 1:
                ends.append(token.extent.start.offset)
            if len(ends) == 2:
                break
        inside = [child for child in children if ends[0] < self.span(child)[0] < ends[1]]
        return inside[0] if inside else None

    def condition(self, node, is_if, has_else):
        span = self.span(node)
        plain = self.text(*span)
        if plain in ("true", "1"):
            return plain
        text = self.expression(node, True)
        deny = self.add("swap branches" if is_if and has_else else "deny condition", span, f"!({plain})")
        to_true = self.add("condition true", span, f"(({plain}), true)") if is_if else 0
        to_false = self.add("condition false", span, f"(({plain}), false)")
        return f"cs_condition({text}, {deny}, {to_true}, {to_false})"

    # ---- Expressions ----

    def expression(self, node, is_condition=False):
        span = self.span(node)
        text = self.text(*span)
        if span in self.macros and ("(" not in text or re.fullmatch(r"U?INT\d+_C\(\d+\)", text)):
            return self.constant(node, text)
        if self.in_call(*span) or node.kind in UNEVALUATED:
            return text
        if node.kind in (Kind.UNEXPOSED_EXPR, Kind.PAREN_EXPR):
            return self.each(node, lambda child: self.expression(child, is_condition))
        if node.kind == Kind.BINARY_OPERATOR:
            return self.binary(node, is_condition)
        if node.kind == Kind.COMPOUND_ASSIGNMENT_OPERATOR:
            return self.compound(node)
        if node.kind == Kind.UNARY_OPERATOR:
            return self.unary(node, is_condition)
        if node.kind in (Kind.INTEGER_LITERAL, Kind.CHARACTER_LITERAL):
            return self.constant(node, text)
        if node.kind == Kind.DECL_REF_EXPR:
            return self.enumerator(node, text)
        if node.kind == Kind.CONDITIONAL_OPERATOR:
            return self.choice(node)
        if node.kind == Kind.COMPOUND_LITERAL_EXPR:
            # What is before may be the size of an array.
            return self.each(node, self.part, self.children(node)[-1:])
        return self.each(node, self.part)

    def part(self, child):
        """A child of what is not changed itself; a designator stays as it is."""
        start, end = self.span(child)
        if not child.kind.is_expression() or (
                self.bytes[start - 1:start] == b"[" and re.match(rb"\]\s*=[^=]", self.bytes[end:end + 4])):
            return self.text(start, end)
        return self.expression(child)

    def choice(self, node):
        children = self.children(node)
        condition = children[0]
        return self.each(node, lambda child: self.condition(child, True, True) if child == condition
                         else self.expression(child))

    def constant(self, node, text):
        if not is_integer(node):
            return text
        span = self.span(node)
        if text in ("true", "false"):
            return f"(cs_at({self.add('other truth', span, 'false' if text == 'true' else 'true')}) != {text})"
        more = self.add("constant + 1", span, f"({text} + 1)")
        less = self.add("constant - 1", span, f"({text} - 1)")
        zero = self.add("constant 0", span, "0") if text not in ZEROS_AND_ONES else 0
        return (f"(cs_at({more}) ? ({text}) + 1 : cs_at({less}) ? ({text}) - 1 : cs_at({zero}) ? 0 : "
                f"({text}))")

    def enumerator(self, node, text):
        if node.referenced is None or node.referenced.kind != Kind.ENUM_CONSTANT_DECL:
            return text
        return f"(cs_at({self.add('constant + 1', self.span(node), f'({text} + 1)')}) ? ({text}) + 1 : ({text}))"

    def binary(self, node, is_condition):
        children = self.children(node)
        if len(children) != 2:
            return self.text(*self.span(node))
        left, right = children
        between = (self.span(left)[1], self.span(right)[0])
        operator = COMMENT.sub("", self.text(*between)).strip()
        if operator in DENIED:
            return self.operation(node, operator, [(BOUNDARY.get(operator), "boundary"),
                                                   (None if is_condition else DENIED[operator], "deny comparison")])
        if operator in ("&&", "||"):
            other = "||" if operator == "&&" else "&&"
            number = self.add("other junction", self.span(node), self.swapped(node, other))
            # Both sides of what is a condition are conditions of their own.
            return (f"{'cs_and' if operator == '&&' else 'cs_or'}({self.expression(left)}, "
                    f"{self.expression(right)}, {number})")
        if operator in OTHER and not (is_pointer(left) and is_pointer(right)):
            other = OTHER[operator]
            if is_pointer(right):
                other = None
            return self.operation(node, operator, [(other, "other operator")])
        return self.each(node, self.expression)

    def swapped(self, node, operator):
        left, right = self.children(node)
        return f"{self.text(*self.span(left))} {operator} {self.text(*self.span(right))}"

    def operation(self, node, operator, others):
        left, right = self.children(node)
        chosen = f"cs_l {operator} cs_r"
        for other, kind in others:
            if other is not None:
                number = self.add(kind, self.span(node), self.swapped(node, other))
                chosen = f"cs_at({number}) ? cs_l {other} cs_r : {chosen}"
        return (f"({{ __auto_type cs_l = {self.operand(left)}; __auto_type cs_r = {self.operand(right)}; "
                f"{chosen}; }})")

    def operand(self, node):
        return ("+" if is_integer(node) else "") + f"({self.expression(node)})"

    def compound(self, node):
        left, right = self.children(node)
        operator = COMMENT.sub("", self.text(self.span(left)[1], self.span(right)[0])).strip()
        other = OTHER[operator[:-1]] + "="
        number = self.add("other operator", self.span(node), self.swapped(node, other))
        target = self.expression(left)
        return (f"({{ __auto_type cs_r = {self.operand(right)}; if (cs_at({number})) {{ {target} {other} cs_r; }} "
                f"else {{ {target} {operator} cs_r; }} }})")

    def unary(self, node, is_condition):
        (child,) = self.children(node)
        start, end = self.span(node)
        inside = self.span(child)
        operator = self.text(start, inside[0]).strip() or self.text(inside[1], end).strip()
        inner = self.expression(child)
        rendered = self.filled(start, end, [(*inside, inner)])
        if operator in ("++", "--"):
            other = "--" if operator == "++" else "++"
            plain = self.text(*inside)
            prefix = inside[0] > start
            number = self.add("other operator", (start, end), other + plain if prefix else plain + other)
            swapped = other + inner if prefix else inner + other
            return f"(cs_at({number}) ? {swapped} : {rendered})"
        if operator in ("-", "~") or (operator == "!" and not is_condition):
            number = self.add("no sign", (start, end), self.text(*inside))
            twice = "!!" if operator == "!" else "+"
            plus = "+" if is_integer(child) else ""
            return f"({{ __auto_type cs_l = {plus}({inner}); cs_at({number}) ? {twice}cs_l : {operator}cs_l; }})"
        return rendered
