/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License at
 *
 *     http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations under
 * the License.
 */
package org.matryoshkasearch.lucene.soak;

import static org.apache.lucene.tests.util.LuceneTestCase.random;

import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.lucene.codecs.KnnVectorsFormat;
import org.apache.lucene.document.Document;
import org.apache.lucene.document.Field;
import org.apache.lucene.document.IntField;
import org.apache.lucene.document.KnnFloatVectorField;
import org.apache.lucene.document.NumericDocValuesField;
import org.apache.lucene.document.StringField;
import org.apache.lucene.index.IndexWriter;
import org.apache.lucene.index.Term;
import org.apache.lucene.tests.util.TestUtil;
import org.matryoshkasearch.lucene.soak.Docs.Doc;

/**
 * Some random steps on an index of ours, a twin in Lucene's formats and a plain list in memory.
 * Every step is done to all three; searches compare them.
 */
final class Run {
  private static final String[] NAMES = {"v", "w"};

  private final StepLog log;
  private final Docs docs = new Docs();
  private final List<VectorField> fields = new ArrayList<>();
  private final Index.Settings settings;
  private final boolean nested;
  private final boolean sparse;
  private final int mostDocs;
  private final Index ours;
  private final Index twin;
  private final SearchSteps searches;
  private int ids;
  private int blocks;

  Run(StepLog log, Recalls recalls) throws IOException {
    this.log = log;
    nested = random().nextInt(3) == 0;
    sparse = random().nextInt(3) == 0;
    settings = new Index.Settings(random().nextInt(4) == 0, random().nextInt(4) == 0);
    int fieldCount = random().nextInt(4) == 0 ? 2 : 1;
    for (int i = 0; i < fieldCount; i++) {
      fields.add(new VectorField(NAMES[i]));
      log.add("field %s", fields.get(i));
      log.add("format %s", fields.get(i).format());
    }
    // a graph is made of about 650 vectors and more
    mostDocs = random().nextInt(3) == 0 ? 600 : TestUtil.nextInt(random(), 800, 3000);
    log.add("nested %b, sparse %b, %s, at most %d documents", nested, sparse, settings, mostDocs);
    ours = new Index(settings, this::formatOf);
    twin = new Index(settings, name -> field(name).twinFormat());
    searches = new SearchSteps(log, fields, nested, ours, twin, recalls);
  }

  private KnnVectorsFormat formatOf(String name) {
    return field(name).format();
  }

  private VectorField field(String name) {
    return fields.stream().filter(field -> field.name().equals(name)).findFirst().orElseThrow();
  }

  /** Does so many steps, and fails with the first that is wrong. */
  void go(int steps) throws Exception {
    try {
      refresh();
      for (int i = 0; i < steps; i++) {
        step();
      }
      check();
    } catch (Throwable t) {
      ours.abandon();
      twin.abandon();
      throw t;
    }
    ours.close();
    twin.close();
  }

  private void step() throws Exception {
    int die = random().nextInt(100);
    if (die < 8) {
      addSome(1 + random().nextInt(8));
    } else if (die < 14) {
      addSome(random().nextInt(900));
    } else if (die < 22) {
      update();
    } else if (die < 26) {
      deleteById();
    } else if (die < 29) {
      deleteByQuery();
    } else if (die < 36) {
      refresh();
    } else if (die < 38) {
      commit();
    } else if (die < 40) {
      rollback();
    } else if (die < 42) {
      reopen();
    } else if (die < 45) {
      forceMerge();
    } else if (die < 48) {
      switchFormat();
    } else if (die < 50) {
      addIndexes();
    } else if (die < 51) {
      check();
    } else {
      for (int i = 1 + random().nextInt(4); i > 0; i--) {
        searches.step();
      }
    }
  }

  private void addSome(int count) throws IOException {
    int most = Math.min(count, mostDocs - docs.size());
    log.add("add %d documents", most);
    for (int added = 0; added < most; ) {
      List<Doc> block = block(blocks++);
      add(block, ours.writer(), twin.writer());
      added += Math.max(1, block.size());
    }
  }

  private void add(List<Doc> block, IndexWriter writer, IndexWriter twinWriter) throws IOException {
    int order = random().nextInt(1000);
    writer.addDocuments(documents(block, order, false));
    twinWriter.addDocuments(documents(block, order, true));
    docs.add(block);
  }

  /** Children of a parent that is not told, none or some, or a document without. */
  private List<Doc> block(int number) {
    List<Doc> block = new ArrayList<>();
    int size = nested ? random().nextInt(12) : 1;
    for (int i = 0; i < size; i++) {
      Map<VectorField, float[]> vectors = new HashMap<>();
      for (VectorField field : fields) {
        if (!sparse || random().nextInt(4) != 0) {
          vectors.put(field, field.vector());
        }
      }
      block.add(new Doc(ids++, number, Filter.randomTag(), random().nextInt(1000), vectors));
    }
    return block;
  }

  private List<Document> documents(List<Doc> block, int order, boolean forTwin) {
    List<Document> documents = new ArrayList<>();
    for (Doc doc : block) {
      documents.add(document(doc, forTwin));
    }
    if (nested) {
      Document parent = new Document();
      parent.add(new StringField("kind", "parent", Field.Store.NO));
      documents.add(parent);
    }
    // no one looks for a block that has no children
    String name = block.isEmpty() ? "empty" : String.valueOf(block.get(0).block());
    for (Document document : documents) {
      document.add(new StringField("block", name, Field.Store.NO));
      document.add(new NumericDocValuesField("order", order));
    }
    return documents;
  }

  private static Document document(Doc doc, boolean forTwin) {
    Document document = new Document();
    document.add(new IntField("id", doc.id(), Field.Store.YES));
    document.add(new StringField("tag", doc.tag(), Field.Store.NO));
    document.add(new IntField("number", doc.number(), Field.Store.NO));
    doc.vectors()
        .forEach(
            (field, vector) -> {
              float[] indexed = forTwin ? field.twinVector(vector) : vector;
              if (indexed != null) {
                document.add(
                    new KnnFloatVectorField(
                        field.name(),
                        indexed,
                        forTwin ? field.twinSimilarity() : field.similarity()));
              }
            });
    return document;
  }

  private Doc anyDoc() {
    List<Doc> all = List.copyOf(docs.all());
    return all.isEmpty() ? null : all.get(random().nextInt(all.size()));
  }

  private void update() throws IOException {
    for (int i = 1 + random().nextInt(5); i > 0; i--) {
      Doc old = anyDoc();
      if (old != null) {
        log.add("update block %d of document %d", old.block(), old.id());
        List<Doc> block = block(old.block());
        int order = random().nextInt(1000);
        replace(ours.writer(), old, documents(block, order, false));
        replace(twin.writer(), old, documents(block, order, true));
        docs.removeIf(doc -> doc.block() == old.block());
        docs.add(block);
      }
    }
  }

  private void replace(IndexWriter writer, Doc old, List<Document> documents) throws IOException {
    Term block = new Term("block", String.valueOf(old.block()));
    if (settings.softDeletes()) {
      writer.softUpdateDocuments(
          block, documents, new NumericDocValuesField(Index.SOFT_DELETES, 1));
    } else {
      writer.updateDocuments(block, documents);
    }
  }

  private void deleteById() throws IOException {
    for (int i = 1 + random().nextInt(10); i > 0; i--) {
      Doc doc = anyDoc();
      if (doc != null) {
        log.add("delete document %d", doc.id());
        ours.writer().deleteDocuments(IntField.newExactQuery("id", doc.id()));
        twin.writer().deleteDocuments(IntField.newExactQuery("id", doc.id()));
        docs.removeIf(other -> other.id() == doc.id());
      }
    }
  }

  private void deleteByQuery() throws IOException {
    // a parent must outlive its children: their tags are not the parent's
    Filter filter = Filter.tag().and(Filter.range(1 + random().nextInt(1000)));
    log.add("delete %s", filter);
    ours.writer().deleteDocuments(filter.query());
    twin.writer().deleteDocuments(filter.query());
    docs.removeIf(filter.accepts());
  }

  private void refresh() throws IOException {
    log.add("refresh");
    ours.refresh();
    twin.refresh();
    searches.shows(docs.snapshot());
    log.add("segments: %s, the twin's: %s", ours, twin);
  }

  private void commit() throws IOException {
    log.add("commit");
    ours.writer().commit();
    twin.writer().commit();
    docs.commit();
  }

  private void rollback() throws IOException {
    log.add("rollback");
    ours.rollback();
    twin.rollback();
    docs.rollback();
  }

  private void reopen() throws IOException {
    log.add("reopen");
    ours.reopen();
    twin.reopen();
    docs.commit();
    searches.shows(docs.snapshot());
    log.add("segments: %s, the twin's: %s", ours, twin);
  }

  private void forceMerge() throws IOException {
    int segments = random().nextInt(3) == 0 ? 1 + random().nextInt(5) : 1;
    log.add("merge to %d segments", segments);
    ours.writer().forceMerge(segments);
    twin.writer().forceMerge(segments);
  }

  private void switchFormat() {
    VectorField field = fields.get(random().nextInt(fields.size()));
    field.switchFormat();
    log.add("format of %s: %s", field.name(), field.format());
  }

  private void addIndexes() throws IOException {
    int count = Math.min(random().nextInt(400), mostDocs - docs.size());
    Map<String, KnnVectorsFormat> formats = new HashMap<>();
    fields.forEach(field -> formats.put(field.name(), field.anyFormat()));
    log.add("add an index of %d documents in %s", count, formats);
    try (Index other = ours.another(formats);
        Index otherTwin = twin.another(twinFormats())) {
      for (int i = 0; i < count; i++) {
        add(block(blocks++), other.writer(), otherTwin.writer());
      }
      ours.addAll(other);
      twin.addAll(otherTwin);
    }
  }

  private Map<String, KnnVectorsFormat> twinFormats() {
    Map<String, KnnVectorsFormat> formats = new HashMap<>();
    fields.forEach(field -> formats.put(field.name(), field.twinFormat()));
    return formats;
  }

  private void check() throws IOException {
    log.add("check");
    ours.check();
    twin.check();
    docs.commit();
  }
}
