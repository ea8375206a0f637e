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

// Talks to the node whose address is in the environment variable ELASTICSEARCH.

import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { Client, errors } from '@elastic/elasticsearch'

const index = 'javascript_client'
const north = [0.85, 0.15, -0.25, 0.25, 0, 0, 0, 0.1]
const passages = [
  { id: '1', title: 'a harbour at dawn', lang: 'en', embedding: vector(0.9, 0.1, -0.3, 0.2, 0.05) },
  { id: '2', title: 'ships in the fog', lang: 'en', embedding: vector(0.8, 0.2, -0.2, 0.3, -0.15) },
  { id: '3', title: 'Schiffe im Nebel', lang: 'de', embedding: vector(0.8, 0.2, -0.2, 0.3, -0.1) },
  { id: '4', title: 'ein Rezept für Brot', lang: 'de', embedding: vector(-0.4, 0.7, 0.5, -0.1, 0.1) }
]

const client = new Client({ node: process.env.ELASTICSEARCH })

function vector (...leading) {
  return [...leading, 0.1, -0.05, 0.25]
}

/** The query for the neighbours of north. */
function nearest (options) {
  return { matryoshka_knn: { field: 'embedding', query_vector: north, ...options } }
}

async function search (query, options = {}) {
  const answer = await client.search({ index, query, ...options })
  return answer.hits.hits
}

const ids = hits => hits.map(hit => hit._id)

/** The score that dense_vector gives: half of one more than the cosine. */
function score (embedding) {
  const dot = (a, b) => a.reduce((sum, component, i) => sum + component * b[i], 0)
  return (1 + dot(embedding, north) / Math.sqrt(dot(embedding, embedding) * dot(north, north))) / 2
}

before(async () => {
  await client.indices.create({
    index,
    mappings: {
      properties: {
        title: { type: 'text' },
        lang: { type: 'keyword' },
        embedding: { type: 'matryoshka_vector', dims: 8, prefix_dims: 4, similarity: 'cosine' }
      }
    }
  })
  const indexed = await client.helpers.bulk({
    datasource: passages,
    onDocument: ({ id, ...passage }) => [{ index: { _index: index, _id: id } }, passage],
    refreshOnCompletion: true
  })
  assert.equal(indexed.successful, passages.length)
})

after(() => client.close())

test('the mapping comes back', async () => {
  const answer = await client.indices.getMapping({ index })
  const embedding = answer[index].mappings.properties.embedding
  assert.equal(embedding.type, 'matryoshka_vector')
  assert.equal(embedding.prefix_dims, 4)
})

test('hits have their documents and scores, without the vectors', async () => {
  const hits = await search(nearest({ k: 3, num_candidates: 50 }))
  assert.deepEqual(ids(hits), ['1', '3', '2'])
  for (const hit of hits) {
    const { id, embedding, ...rest } = passages.find(passage => passage.id === hit._id)
    assert.deepEqual(hit._source, rest)
    assert.ok(Math.abs(hit._score - score(embedding)) < 1e-6, `score ${hit._score} of ${id}`)
  }
})

test('a filter', async () => {
  const german = { term: { lang: 'de' } }
  assert.deepEqual(ids(await search(nearest({ k: 2, filter: german }))), ['3', '4'])
  const bread = [german, { match: { title: 'Brot' } }]
  assert.deepEqual(ids(await search(nearest({ k: 2, filter: bread }))), ['4'])
})

test('a funnel, and a minimum similarity', async () => {
  const funnel = [{ dims: 5, keep: 3 }, { dims: 6, keep: 2 }]
  const options = { k: 1, num_candidates: 10, rescore_vector: { oversample: 3 }, funnel }
  assert.deepEqual(ids(await search(nearest(options))), ['1'])
  assert.deepEqual(ids(await search(nearest({ k: 4, similarity: 0.5 }))), ['1', '3', '2'])
})

test('among other queries', async () => {
  const hits = await search({
    bool: {
      must: nearest({ k: 4, _name: 'by meaning' }),
      should: { match: { title: 'fog' } },
      filter: { term: { lang: 'en' } }
    }
  })
  assert.deepEqual(ids(hits), ['2', '1'])
  assert.deepEqual(hits[0].matched_queries, ['by meaning'])
})

test('vectors come back', async () => {
  const hits = await search(nearest({ k: 4 }), { _source: { exclude_vectors: false } })
  for (const passage of passages) {
    const hit = hits.find(candidate => candidate._id === passage.id)
    assert.deepEqual(hit._source.embedding, passage.embedding)
  }
})

test('the reason of an error', async () => {
  const tooShort = search({ matryoshka_knn: { field: 'embedding', query_vector: [1, 2] } })
  await assert.rejects(tooShort, error => {
    assert.ok(error instanceof errors.ResponseError)
    assert.equal(error.statusCode, 400)
    assert.match(error.body.error.root_cause[0].reason, /at least prefix_dims \[4\] and at most dims \[8\]/)
    return true
  })
})
