/**
 * What single steps cost, measured by JMH.
 */
@NullMarked
package io.socketserver.benchmarks.micro;

import org.jspecify.annotations.NullMarked;
