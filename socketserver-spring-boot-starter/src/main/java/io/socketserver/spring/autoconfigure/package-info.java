/**
 * Makes an application's socket servers from its properties and beans.
 */
@NullMarked
package io.socketserver.spring.autoconfigure;

import org.jspecify.annotations.NullMarked;
