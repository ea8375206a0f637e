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
package org.matryoshkasearch.cli.vectors;

import java.nio.file.Path;

/**
 * Where rows of little-endian float32 lie in a file.
 *
 * @param file the file
 * @param start of the first component of the first row, in bytes
 * @param stride from a row to the next, in bytes
 */
record FloatLayout(Path file, long start, long stride) {}
