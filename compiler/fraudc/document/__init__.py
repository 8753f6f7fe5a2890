"""A tree of nodes in, the checked document of a project or rule file out, every value with its place."""

from fraudc.document.job import JobDocument
from fraudc.document.leaves import FieldType
from fraudc.document.lists import ListDocument, ListItem
from fraudc.document.located import Document
from fraudc.document.reading import read_project_document, read_rule_document, read_test_document
from fraudc.document.rules import RuleDocument, RuleFileDocument
from fraudc.document.schema import EntityDocument, FieldDocument, MoneyDocument, ProjectDocument, SchemaDocument
from fraudc.document.tests import AlertDocument, CaseDocument, TestFileDocument, TransactionDocument

__all__ = [
    "AlertDocument", "CaseDocument", "Document", "EntityDocument", "FieldDocument", "FieldType", "JobDocument", "ListDocument", "ListItem",
    "MoneyDocument", "ProjectDocument", "RuleDocument", "RuleFileDocument", "SchemaDocument", "TestFileDocument", "TransactionDocument",
    "read_project_document", "read_rule_document", "read_test_document",
]  # fmt: skip
