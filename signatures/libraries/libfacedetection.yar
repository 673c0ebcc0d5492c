/*
  The detector's network is compiled into the program as tables of numbers (facedetectcnn-data.cpp). They stay where
  names are stripped and the library is linked statically. Each pattern is the beginning of one table of weights.
*/

rule libfacedetection_network
{
  meta:
    what = "tables of weights of the network that the library compiles into programs"
  strings:
    $head0 = { fe 65 77 3d d0 7e 24 bb 8f df db 3b 96 26 25 3b 09 1b 9e 3c 42 60 e5 3d cc ee 49 3d d3 de 60 bd }
    $head1 = { 55 c1 a8 3c 86 5a 53 bc e7 fb 29 bd 1e a7 e8 bb 50 8d 97 3c 0e 4f af bb 45 d8 f0 bc 60 19 40 b8 }
    $head2 = { 81 26 c2 3c e1 7a 94 3e 03 78 8b 3d 26 e4 83 3c f6 28 9c 3e f0 a7 06 3f 0c 93 29 bd df 4f 0d bd }
    $first = { 27 83 a3 bb 11 c7 3a bd 7d ae b6 bd ec 51 38 be 36 3c 3d 3d c2 17 a6 bd 39 ee 14 bc ac a8 c1 3b }
  condition:
    2 of them
}

rule libfacedetection_network_of_2018
{
  meta:
    what = "tables of weights of the network of the library's first versions"
  strings:
    $one = { cc eb 17 bc 79 e5 f8 bc 6b 8b 04 bd b3 83 2c 3c 16 95 8e 3c db 6d 14 bc 17 8c a2 bb e4 47 15 bd }
    $two = { 4c 51 c6 bb d0 45 ba bc 70 b2 0a bc bb cf dd 3c 03 68 fe 3b 3e 41 9e bc f5 0b be 3c 44 d7 b1 b8 }
    $three = { f3 81 ac 3c 60 52 dd 3b ed f3 5b 3c 83 23 ee 3c ee a6 92 3a 8d af 0a 3c f9 a7 58 bb cb 18 20 bc }
  condition:
    2 of them
}
